import { mmluTask } from "./mmlu-task.js";

/** nlpcoreteam/enMMLU: next-token probability of A to D after "Answer:". */
export const mmluEn = mmluTask({
  dataset: "mmlu_en",
  language: "en",
  title: "questions in English, answered by letter",
  prompt: [
    {
      role: "user",
      content:
        "Subject: {subject}. One of the four answers is right.\n\n{question}\nA. {option_a}\nB. {option_b}\nC. {option_c}\nD. {option_d}",
    },
    { role: "assistant", content: "Answer:" },
  ],
});
