/**
 * The 57 subjects of MMLU and their four categories (Hendrycks et al. 2021, "Measuring massive multitask language
 * understanding", table 7 and the authors' categories). The English name of a subject is its id without the dashes.
 */
export type MmluCategory = "STEM" | "humanities" | "social sciences" | "other";

interface Subject {
  category: MmluCategory;
  russian: string;
}

const of = (category: MmluCategory, names: Record<string, string>): [string, Subject][] =>
  Object.entries(names).map(([id, russian]) => [id, { category, russian }]);

export const mmluSubjects: ReadonlyMap<string, Subject> = new Map([
  ...of("STEM", {
    abstract_algebra: "абстрактная алгебра",
    astronomy: "астрономия",
    college_biology: "биология для студентов",
    college_chemistry: "химия для студентов",
    college_computer_science: "информатика для студентов",
    college_mathematics: "математика для студентов",
    college_physics: "физика для студентов",
    computer_security: "безопасность компьютеров",
    conceptual_physics: "основы физики",
    electrical_engineering: "электротехника",
    elementary_mathematics: "начала математики",
    high_school_biology: "биология для старших классов",
    high_school_chemistry: "химия для старших классов",
    high_school_computer_science: "информатика для старших классов",
    high_school_mathematics: "математика для старших классов",
    high_school_physics: "физика для старших классов",
    high_school_statistics: "статистика для старших классов",
    machine_learning: "машинное обучение",
  }),
  ...of("humanities", {
    formal_logic: "формальная логика",
    high_school_european_history: "история Европы для старших классов",
    high_school_us_history: "история США для старших классов",
    high_school_world_history: "история мира для старших классов",
    international_law: "международное право",
    jurisprudence: "правоведение",
    logical_fallacies: "ошибки в рассуждениях",
    moral_disputes: "споры о морали",
    moral_scenarios: "оценка поступков",
    philosophy: "философия",
    prehistory: "первобытная история",
    professional_law: "право для юристов",
    world_religions: "религии мира",
  }),
  ...of("social sciences", {
    econometrics: "эконометрика",
    high_school_geography: "география для старших классов",
    high_school_government_and_politics: "государство и политика для старших классов",
    high_school_macroeconomics: "макроэкономика для старших классов",
    high_school_microeconomics: "микроэкономика для старших классов",
    high_school_psychology: "психология для старших классов",
    human_sexuality: "сексуальность человека",
    professional_psychology: "психология для специалистов",
    public_relations: "связи с общественностью",
    security_studies: "вопросы безопасности",
    sociology: "социология",
    us_foreign_policy: "внешняя политика США",
  }),
  ...of("other", {
    anatomy: "анатомия",
    business_ethics: "этика в делах",
    clinical_knowledge: "клиническая медицина",
    college_medicine: "медицина для студентов",
    global_facts: "сведения о мире",
    human_aging: "старение человека",
    management: "управление",
    marketing: "маркетинг",
    medical_genetics: "медицинская генетика",
    miscellaneous: "разное",
    nutrition: "питание",
    professional_accounting: "бухгалтерский учёт",
    professional_medicine: "медицина для врачей",
    virology: "вирусология",
  }),
]);
