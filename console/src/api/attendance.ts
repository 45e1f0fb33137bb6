/** Whether somebody is before the page. What it asks for with nobody there keeps no session from falling idle. */

const AWAY_AFTER_MS = 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"];

let seen = Date.now();

/** The name under which a request says that nobody is there. */
export const UNATTENDED = "x-unattended";

export function unattended(now = Date.now()): boolean {
  return now - seen > AWAY_AFTER_MS;
}

/** From now on the page notes when somebody moves, types or touches. */
export function attend(on: EventTarget): void {
  const note = () => (seen = Date.now());
  SIGNS.forEach((sign) => on.addEventListener(sign, note, { capture: true, passive: true }));
}
