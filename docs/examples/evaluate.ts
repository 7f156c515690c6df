/** Stage 5: scores in a database, and the table of all models in it. */
import { evaluate, leaderboard } from "lep";

const [model, data, db, out] = process.argv.slice(2) as [string, string, string, string];

const { tasks } = await evaluate({
  model,
  name: "mine",
  tasks: ["rummlu", "cp_sent_ru"],
  data,
  limit: 4,
  db,
  compute: { device: "auto", threads: 0 },
});
leaderboard({ db, out });
console.log(JSON.stringify(tasks));
