import { words } from "../words/en";
import { local, relative, utc } from "./format";
import { useNow } from "./now";

/** An instant in the viewer's zone; UTC on hover. `ago`: how long ago, with both on hover. */
export function Moment({ at, ago = false }: { at: string | null | undefined; ago?: boolean }) {
  const now = useNow();
  if (!at) return <span className="aos-quiet">{words.time.never}</span>;
  const title = words.time.utc(utc(at));
  return (
    <time dateTime={at} title={ago ? `${local(at)}\n${title}` : title} className="aos-nowrap">
      {ago ? relative(at, now) : local(at)}
    </time>
  );
}
