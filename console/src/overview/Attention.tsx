import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { Loading } from "../parts/states";
import { useMay } from "../session/me";
import { countsQuery } from "../units/queries";
import { words } from "../words/en";
import { endingQuery, rejectedQuery } from "./queries";

const w = words.overview;

interface Need {
  words: string;
  link?: LinkProps;
}

/** What waits for somebody; each a link to exactly that. */
export function Attention() {
  const may = useMay();
  const counts = useQuery({ ...countsQuery, enabled: may("unit_counts_read") });
  const rejected = useQuery({ ...rejectedQuery, enabled: may("deployment_bundles_list") });
  const ending = useQuery({ ...endingQuery, enabled: may("unit_certificates_expiring") });
  const failed = counts.data?.deployment.failed ?? 0;
  const blocked = counts.data?.deployment.blocked ?? 0;
  const needs: Need[] = [
    ...(failed
      ? [{ words: w.failing(failed), link: { to: "/units", search: { deployment: "failed", lifecycle: "provisioned" } } } satisfies Need]
      : []),
    ...(blocked
      ? [{ words: w.blocked(blocked), link: { to: "/units", search: { deployment: "blocked", lifecycle: "provisioned" } } } satisfies Need]
      : []),
    ...(rejected.data?.total
      ? [{ words: w.rejected(rejected.data.total), link: { to: "/bundles", search: { state: "rejected" } } } satisfies Need]
      : []),
    ...(ending.data?.items ?? []).map(
      (one): Need => ({
        words: `${one.system_uid}: ${one.cert_type} ${w.endsOn(one.not_after)}`,
        link: { to: "/units/$id", params: { id: one.system_uid } },
      }),
    ),
    ...(ending.data && ending.data.total > ending.data.items.length ? [{ words: w.ending(ending.data.total) }] : []),
  ];
  const waiting = [counts, rejected, ending].some((query) => query.isLoading);
  return (
    <Panel title={w.attention}>
      {waiting ? (
        <Loading lines={3} />
      ) : needs.length ? (
        <ul className="aos-lines">
          {needs.map((need) => (
            <li key={need.words}>
              {need.link ? (
                <Link {...need.link} className="aos-words">
                  {need.words}
                </Link>
              ) : (
                need.words
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="aos-quiet">{w.nothing}</p>
      )}
    </Panel>
  );
}
