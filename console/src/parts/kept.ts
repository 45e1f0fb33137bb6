/** What the browser remembers for a person; a browser that forbids it forgets. */
export function kept<T>(name: string): T | undefined {
  try {
    const found = window.localStorage.getItem(`aos.${name}`);
    return found === null ? undefined : (JSON.parse(found) as T);
  } catch {
    return undefined;
  }
}

export function keep(name: string, value: unknown): void {
  try {
    window.localStorage.setItem(`aos.${name}`, JSON.stringify(value));
  } catch {
    // full, or forbidden: the choice lasts until the page is closed
  }
}
