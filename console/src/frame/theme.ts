import { useSyncExternalStore } from "react";
import { keep, kept } from "../parts/kept";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let theme: Theme = THEMES.find((each) => each === kept<string>("theme")) ?? "system";

/** Dark or light on the document, as chosen or as the system has it. */
export function applyTheme(): void {
  const dark = theme === "dark" || (theme === "system" && system.matches);
  document.documentElement.classList.toggle("pf-v6-theme-dark", dark);
}

export function setTheme(next: Theme): void {
  theme = next;
  keep("theme", next);
  applyTheme();
  listeners.forEach((listener) => listener());
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => theme,
  );
}

system.addEventListener("change", applyTheme);
