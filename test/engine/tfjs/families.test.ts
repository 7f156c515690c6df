import { after } from "node:test";
import { openTfjsSession } from "../../../src/engine/tfjs/session.js";
import { checkFamilies } from "../family-checks.js";
import { temporaryFolder } from "../minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);

checkFamilies("tfjs", openTfjsSession, temporary.folder);
