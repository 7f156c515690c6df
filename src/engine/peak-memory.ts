/** Peak resident memory of this process, MB. */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS / 1024;
}
