import type { Schemas } from "../api/client";

type Window = Schemas["Window"];
type Day = NonNullable<Window["days"]>[number];

const WEEK: Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WINDOW = /^(?:(?<days>[a-z,]+)\s+)?(?<from>([01]\d|2[0-3]):[0-5]\d)-(?<to>(([01]\d|2[0-3]):[0-5]\d)|24:00)$/;

/** Windows out of `22:00-05:00; sat,sun 00:00-24:00`; undefined where one makes no sense. */
export function windowsOf(typed: string): Window[] | undefined {
  const parts = typed.split(";").map((part) => part.trim().toLowerCase());
  if (parts.every((part) => part === "")) return [];
  const found = parts.map(windowOf);
  return found.every((window) => window !== undefined) ? found : undefined;
}

function windowOf(part: string): Window | undefined {
  const { days, from, to } = WINDOW.exec(part)?.groups ?? {};
  if (from === undefined || to === undefined || from === to) return undefined;
  const named = days?.split(",") ?? WEEK;
  if (!named.every((day) => WEEK.some((each) => each === day))) return undefined;
  return { days: WEEK.filter((day) => named.includes(day)), from, to };
}

/** As they are typed. */
export function typedWindows(windows: readonly Window[] = []): string {
  return windows
    .map(({ days = WEEK, from, to }) => `${days.length === WEEK.length ? "" : `${days.join(",")} `}${from}-${to}`)
    .join("; ");
}
