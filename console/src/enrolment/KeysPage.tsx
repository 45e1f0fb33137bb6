import { Button, PageSection, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { fleetsByIdQuery } from "../fleets/queries";
import { DataTable, type Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { NewKey, RevokeKey } from "./KeyDialogs";
import { KeyState } from "./KeyState";
import { keysQuery, type EnrolmentKey } from "./queries";

const route = getRouteApi("/enrolment-keys");
const w = words.enrolment;

/** Keys with which Units register themselves. */
export function KeysPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<EnrolmentKey>();
  const keys = useQuery({ ...keysQuery(search), enabled: may("enrolment_keys_list") });
  const fleets = useQuery({ ...fleetsByIdQuery, enabled: may("fleets_list") });
  const revoke = may("enrolment_keys_revoke") ? setRevoking : undefined;
  const columns = useMemo(() => keyColumns(fleets.data, revoke), [fleets.data, revoke]);
  if (!may("enrolment_keys_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={w.keys} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="enrolment-keys"
          label={w.keys}
          query={keys}
          columns={columns}
          id={(key) => key.id}
          search={search}
          sort="-created_at"
          onSearch={onSearch}
          filters={
            <ChoiceFilter
              of="fleet"
              search={search}
              onSearch={onSearch}
              label={w.fleet}
              any={w.any}
              options={[...(fleets.data ?? [])].map(([value, title]) => ({ value, title }))}
            />
          }
          actions={
            may("enrolment_keys_create") ? (
              <ToolbarItem>
                <Button onClick={() => setMaking(true)}>{w.create}</Button>
              </ToolbarItem>
            ) : null
          }
          empty={<Empty title={w.keysNone}>{w.keysNoneHow}</Empty>}
        />
      </PageSection>
      {making ? <NewKey fleet={search.fleet} onClose={() => setMaking(false)} /> : null}
      {revoking ? <RevokeKey enrolmentKey={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </>
  );
}

function keyColumns(
  fleets: ReadonlyMap<string, string> | undefined,
  revoke: ((key: EnrolmentKey) => void) | undefined,
): Column<EnrolmentKey>[] {
  const columns: Column<EnrolmentKey>[] = [
    { key: "title", title: w.key, cell: (key) => <span className="aos-name aos-short" title={key.title}>{key.title}</span> },
    { key: "state", title: w.state, cell: (key) => <KeyState state={key.state} /> },
    { key: "used", title: w.used, cell: (key) => w.usedOf(key.used, key.units) },
    { key: "policy", title: w.policy, cell: (key) => <span className="aos-words">{w.policies[key.policy]}</span> },
    {
      key: "fleet",
      title: w.fleet,
      cell: (key) => (
        <Link to="/fleets/$id" params={{ id: key.fleet_id }} className="aos-name aos-short">
          {fleets?.get(key.fleet_id) ?? key.fleet_id}
        </Link>
      ),
    },
    { key: "ends", title: w.ends, cell: (key) => <Moment at={key.expires_at} /> },
    { key: "by", title: w.by, optional: true, cell: (key) => <span className="aos-words">{key.created_by}</span> },
  ];
  if (!revoke) return columns;
  return [
    ...columns,
    {
      key: "actions",
      title: words.units.actions,
      cell: (key) =>
        key.state === "open" ? (
          <Button size="sm" variant="link" isDanger onClick={() => revoke(key)}>
            {w.revoke}
          </Button>
        ) : null,
    },
  ];
}
