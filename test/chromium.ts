/** A browser for the tests and figures of pages: one that the system has, named by CHROME_PATH or in a well-known place. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

export const chromiumPath: string | undefined = [process.env.CHROME_PATH, ...places].find(
  (place) => place !== undefined && existsSync(place),
);

/** For a test's `skip`: a reason where there is none. */
export const withoutChromium: string | false =
  chromiumPath === undefined ? "no chromium: install one, or name it in CHROME_PATH" : false;

export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath! });
}
