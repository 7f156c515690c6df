import { mmluTask } from "./mmlu-task.js";

/** nlpcoreteam/ruMMLU: next-token probability of A to D after «Ответ:». */
export const mmluRu = mmluTask({
  dataset: "mmlu_ru",
  language: "ru",
  title: "questions of MMLU in Russian, answered by letter",
  prompt: [
    {
      role: "user",
      content:
        "Тема: {subject}. Верен один ответ из четырёх.\n\n{question}\nA. {option_a}\nB. {option_b}\nC. {option_c}\nD. {option_d}",
    },
    { role: "assistant", content: "Ответ:" },
  ],
});
