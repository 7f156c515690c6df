/** All attributes of the world: sixty-odd, with about 190 patterns of statements a language. */
import type { Attribute } from "./attribute.js";
import { craftAttributes } from "./craft-attributes.js";
import { householdAttributes } from "./household-attributes.js";
import { livingAttributes } from "./living-attributes.js";

export const attributes: readonly Attribute[] = [...livingAttributes, ...craftAttributes, ...householdAttributes];
