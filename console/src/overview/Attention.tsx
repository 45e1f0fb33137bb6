import { useQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { Panel } from "../parts/Panel";
import { Failed, Loading } from "../parts/states";
import { useMay } from "../session/me";
import { countsQuery } from "../units/queries";
import { unapproved } from "../verification/approvals";
import { awaitingQuery } from "../verification/queries";
import { words } from "../words/en";
import { endingQuery, rejectedQuery, stoppedQuery, waitingQuery } from "./queries";

const w = words.overview;

interface Need {
  key: string;
  words: string;
  link?: LinkProps;
}

/** What waits for somebody; each a link to exactly that. */
export function Attention() {
  const { needs, queries } = useNeeds();
  const waiting = queries.some((query) => query.isLoading);
  const failed = queries.find((query) => query.isError && query.data === undefined);
  return (
    <Panel title={w.attention}>
      {waiting ? (
        <Loading lines={3} />
      ) : failed ? (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      ) : needs.length ? (
        <ul className="aos-lines">
          {needs.map((need) => (
            <li key={need.key}>
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

function useNeeds() {
  const may = useMay();
  const counts = useQuery({ ...countsQuery, enabled: may("unit_counts_read") });
  const rejected = useQuery({ ...rejectedQuery, enabled: may("deployment_bundles_list") });
  const waiting = useQuery({ ...waitingQuery, enabled: may("waiting_units_list") });
  const stopped = useQuery({ ...stoppedQuery, enabled: may("campaigns_list") });
  const awaiting = useQuery({ ...awaitingQuery, enabled: may("verification_batches_list") });
  const ending = useQuery({ ...endingQuery, enabled: may("unit_certificates_expiring") });
  const units = (state: "failed" | "blocked"): LinkProps => ({
    to: "/units",
    search: { deployment: state, lifecycle: "provisioned" },
  });
  const counted: [string, number | undefined, (count: number) => string, LinkProps][] = [
    ["failed", counts.data?.deployment.failed, w.failing, units("failed")],
    ["blocked", counts.data?.deployment.blocked, w.blocked, units("blocked")],
    ["clones", counts.data?.clones, w.clones, { to: "/units", search: { clone: true } }],
    ["waiting", waiting.data?.total, w.waiting, { to: "/waiting" }],
    ["rejected", rejected.data?.total, w.rejected, { to: "/bundles", search: { state: "rejected", recent: "yes" } }],
  ];
  const campaigns = stopped.data ?? [];
  const batches = awaiting.data?.items ?? [];
  const moreBatches = (awaiting.data?.total ?? 0) - batches.length;
  const certificates = ending.data?.items ?? [];
  const more = (ending.data?.total ?? 0) - certificates.length;
  const needs: Need[] = [
    ...counted.flatMap(([key, count, say, link]): Need[] => (count ? [{ key, words: say(count), link }] : [])),
    ...campaigns.map((one): Need => ({ key: one.id, words: w.stopped(one.title, words.campaigns.states[one.state], one.reason), link: { to: "/campaigns/$id", params: { id: one.id } } })),
    ...batches.map((one): Need => ({ key: one.id, words: w.awaits(one.bundle, unapproved(one)), link: { to: "/verification/$id", params: { id: one.id } } })),
    ...(moreBatches > 0 ? [{ key: "batches", words: w.awaitMore(moreBatches), link: { to: "/verification", search: { state: "awaiting_approval" } } } satisfies Need] : []),
    ...certificates.map(
      (one): Need => ({
        key: `${one.system_uid} ${one.cert_type} ${one.not_after}`,
        words: w.endsOn(one.system_uid, one.cert_type, one.not_after),
        link: { to: "/units/$id", params: { id: one.system_uid } },
      }),
    ),
    ...(more > 0 ? [{ key: "more", words: w.ending(more) }] : []),
  ];
  return { needs, queries: [counts, rejected, waiting, stopped, awaiting, ending] };
}
