/** The language of searches by examples, for people; docs/reference/search.md has all of it. */
export const SEARCH_EXAMPLES = [
  ["owl", "this word in a name, label, caption, keyword or prompt, or as technique, colour, format or shape; with an eye that knows words, also by meaning"],
  ['"at night"', "these words beside each other"],
  ["-owl", "without this word"],
  ["name:owl", "in the name of a file"],
  ["folder:old", "in the name of a folder"],
  ["label:harbour", "in a label"],
  ["caption:moon", "in a title, caption or keyword in the file"],
  ["prompt:castle", "in the prompt of a generator"],
  ["technique:pencil", "drawn in this way"],
  ["colour:blue", "with this main colour"],
  ["format:png", "in this format"],
  ["shape:square", "portrait, landscape or square"],
  ["since:2024-05", "changed in May 2024 or later"],
  ["until:2025", "changed in 2025 or earlier"],
] as const;
