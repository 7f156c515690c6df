/**
 * How answers decline, in Russian and English. Matched on the beginning of an answer, in small letters, ё as е, ’ as '.
 * `\b` knows Latin letters only, so the ends of Russian words are looked for by what stands around them.
 */
const sentenceStart = "(?:^|[.!?…,;:]\\s+|[–—-]\\s+)";
const wordEnd = "(?!\\p{L})";

const russianSelf =
  "(?:больш(?:ая|ой) )?(?:языков(?:ая|ой) модель(?:ю)?|искусственный интеллект|ии(?:[ -](?:ассистент|помощник|модель))?|нейросеть|чат-?бот|виртуальный (?:помощник|ассистент))";
const russianHelp =
  "(?:помочь|помогать|ответить|отвечать|выполнить|выполнять|предоставить|обсуждать|продолжать|написать|писать|рассказать|рассказывать|дать|давать|создать|создавать|участвовать|поддержать|выдать)";
const englishSelf = "(?:an?|the) (?:large )?(?:ai|artificial intelligence|language model|chat ?bot|virtual assistant)";
const englishHelp =
  "(?:help(?! (?:it|but|myself|\\w+ing)\\b)|assist|answer|provide|fulfil+|comply|do that|discuss|continue|write|create|generate|give (?:you|advice|an opinion)|support|engage|share)";

export const refusalPatterns: readonly RegExp[] = [
  // "К сожалению, я не могу …", "Извините, но у меня нет …"
  `^(?:к сожалению|извини(?:те)?|прости(?:те)?|мне (?:очень )?жаль|сожалею)${wordEnd}[^.!?\\n]{0,40}(?:не могу|не смогу|не умею|не имею|не в состоянии|не вправе|у меня нет|нет возможности)${wordEnd}`,
  // "Я не могу помочь с этим", "Не буду этого писать"
  `${sentenceStart}(?:но )?(?:я )?(?:не могу|не смогу|не буду|не стану|отказываюсь|не имею права)(?: (?:вам|тебе|этого|это|с этим|на это|такой|такое))? ${russianHelp}${wordEnd}`,
  // "Я всего лишь языковая модель"
  `${sentenceStart}(?:но )?я(?: (?:всего лишь|только|просто))?(?: [-–—])? ?${russianSelf}${wordEnd}`,
  // "Как языковая модель, я …", "Будучи искусственным интеллектом, я …"
  `${sentenceStart}(?:как|будучи|являясь) (?:большой |большая )?(?:языков(?:ая|ой) модель(?:ю)?|искусственн(?:ый|ым) интеллект(?:ом)?|ии(?:[ -]\\p{L}+)?|нейросеть(?:ю)?|чат-?бот(?:ом)?|виртуальн(?:ый|ым) (?:помощник|ассистент)(?:ом)?),? (?:я|мне|у меня)${wordEnd}`,
  // "У меня нет личного мнения"
  `${sentenceStart}у меня нет (?:доступа|личного|собственного|личных|чувств|эмоций|тела|возможности|информации)${wordEnd}`,
  // "Это противоречит моим правилам"
  `(?:противоречит|нарушает|нарушило бы) (?:моим|моей|моих|мои) (?:правилам|правила|принципам|принципы|политике|нормам)${wordEnd}`,
  // "I'm sorry, but I can't …", "Unfortunately, I am not able to …"
  `^(?:i'm |i am )?(?:very |so )?(?:sorry|afraid|unfortunately|apologies|i apologi[sz]e)\\b[^.!?\\n]{0,40}\\b(?:can't|cannot|can not|won't|unable|not able|don't have|do not have)\\b`,
  // "I cannot help with that"
  `${sentenceStart}(?:but )?i (?:can't|cannot|can not|won't|will not|am unable to|am not able to|must decline to|refuse to)(?: you)? ${englishHelp}\\b`,
  `${sentenceStart}(?:but )?i(?:'m| am) (?:unable|not able) to ${englishHelp}\\b`,
  // "As an AI language model, I …", "I am just a language model"
  `${sentenceStart}as ${englishSelf}(?: \\w+){0,3},? (?:i|my)\\b`,
  `${sentenceStart}i(?:'m| am) (?:just |only |merely )?${englishSelf}\\b`,
  // "I don't have access to …"
  `${sentenceStart}i (?:don't|do not) have (?:access|personal|feelings|opinions|real-time|the ability|a body)\\b`,
  // "This goes against my guidelines"
  `(?:against|violates?|violating) my (?:guidelines|principles|policy|policies|programming|rules)\\b`,
].map((pattern) => new RegExp(pattern, "u"));
