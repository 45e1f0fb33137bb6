import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { Column } from "../parts/DataTable";
import { ChoiceFilter } from "../parts/Filters";
import { bytes } from "../parts/format";
import { ListPage } from "../parts/ListPage";
import { Moment } from "../parts/Moment";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { BundleState } from "./BundleState";
import { STATES } from "./bundlesSearch";
import { bundlesQuery, type Bundle } from "./queries";
import { Upload } from "./Upload";

const route = getRouteApi("/bundles");
const w = words.bundles;
const COLUMNS: Column<Bundle>[] = [
  {
    key: "name",
    title: w.name,
    sort: "filename",
    cell: (bundle) => (
      <Link to="/bundles/$id" params={{ id: bundle.id }} className="aos-name" title={bundle.name}>
        {bundle.name || bundle.id}
      </Link>
    ),
  },
  { key: "state", title: w.state, sort: "state", cell: (bundle) => <BundleState state={bundle.state} /> },
  {
    key: "items",
    title: w.items,
    cell: (bundle) => (
      <span className="aos-clamp">{bundle.items.map((item) => `${item.codename} ${item.version}`).join(", ") || "–"}</span>
    ),
  },
  { key: "size", title: w.size, cell: (bundle) => bytes(bundle.size_bytes) },
  { key: "at", title: w.uploaded, sort: "created_at", cell: (bundle) => <Moment at={bundle.created_at} /> },
];

/** Bundles that came, and the way for another. */
export function BundlesPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const bundles = useQuery({ ...bundlesQuery(search), enabled: may("deployment_bundles_list") });
  return (
    <ListPage
      name="bundles"
      w={w}
      allowed={may("deployment_bundles_list")}
      query={bundles}
      columns={COLUMNS}
      search={search}
      sort="-created_at"
      onSearch={onSearch}
      above={may("deployment_bundles_create") ? <Upload /> : null}
      filters={
        <>
          <ChoiceFilter
            of="state"
            search={search}
            onSearch={onSearch}
            label={w.state}
            any={w.any}
            options={STATES.map((value) => ({ value, title: w.states[value] }))}
          />
          <ChoiceFilter
            of="recent"
            search={search}
            onSearch={onSearch}
            label={w.uploaded}
            any={w.ever}
            options={[{ value: "yes" as const, title: w.lately }]}
          />
        </>
      }
    />
  );
}
