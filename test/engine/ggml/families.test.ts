import { after } from "node:test";
import { openGgmlSession } from "../../../src/engine/ggml/session.js";
import { checkFamilies } from "../family-checks.js";
import { temporaryFolder } from "../minute-model.js";

const temporary = temporaryFolder();
after(temporary.remove);

checkFamilies("ggml", openGgmlSession, temporary.folder);
