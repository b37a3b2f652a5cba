/** A choice of the person, stored in this browser, and shown to the style sheets as an attribute of the document. */

export class StoredSetting<T extends string> {
  /**
   * @param name The name in the storage, and of the attribute `data-NAME`.
   * @param choices All of them; the first is the default, which sets no attribute.
   */
  constructor(
    private readonly name: string,
    readonly choices: readonly T[],
  ) {}

  /** What `public/theme.js` read before the page was drawn. */
  read(): T {
    const stored = document.documentElement.dataset[this.name];
    return this.choices.find((choice) => choice === stored) ?? this.choices[0]!;
  }

  write(choice: T): void {
    if (choice === this.choices[0]) delete document.documentElement.dataset[this.name];
    else document.documentElement.dataset[this.name] = choice;
    try {
      localStorage.setItem(this.name, choice);
    } catch {
      // without storage, the setting lasts until the page is closed
    }
  }
}
