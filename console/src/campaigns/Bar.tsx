import type { Campaign } from "./queries";
import { MEMBER_STATES } from "./search";
import "./campaigns.css";

/** Members by state, one piece each, as wide as their share; the numbers stand beside it. */
export function Bar({ counts }: { counts: Campaign["counts"] }) {
  return (
    <div className="aos-bar" aria-hidden="true">
      {MEMBER_STATES.map((state) => (
        <span key={state} className={`aos-bar-piece aos-is-${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}
