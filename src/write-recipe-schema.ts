/** Writes recipes/recipe.schema.json from the recipe's schema: `npm run schema`. */
import path from "node:path";
import { writeFileAtomic } from "./atomic-output.js";
import { packageRoot } from "./package-root.js";
import { recipeJsonSchema } from "./recipe.js";

const file = path.join(packageRoot(), "recipes", "recipe.schema.json");
writeFileAtomic(file, `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`);
