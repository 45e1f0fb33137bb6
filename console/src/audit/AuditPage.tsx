import { Label, PageSection, ToolbarItem } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { DataTable, type Column } from "../parts/DataTable";
import { operationWords } from "../parts/format";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { Typed } from "../parts/Typed";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { auditQuery, type AuditLine } from "./queries";
import type { AuditSearch } from "./search";

const route = getRouteApi("/audit");
const w = words.audit;

const COLUMNS: Column<AuditLine>[] = [
  { key: "at", title: w.at, sort: "number", cell: (line) => <Moment at={line.at} /> },
  { key: "who", title: w.who, cell: (line) => <span className="aos-words">{line.who_name}</span> },
  { key: "what", title: w.what, cell: (line) => <span title={line.operation}>{operationWords(line.operation)}</span> },
  {
    key: "outcome",
    title: w.outcome,
    cell: (line) => (
      <Label isCompact variant="outline" status={line.outcome === "done" ? "success" : "warning"}>
        {line.outcome}
      </Label>
    ),
  },
  { key: "target", title: w.target, cell: (line) => <span className="aos-clamp aos-id">{line.target}</span> },
  { key: "request", title: w.request, optional: true, cell: (line) => <span className="aos-id">{line.request_id}</span> },
];

/** Everything that people changed, and what they were refused. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const audit = useQuery({ ...auditQuery(search), enabled: may("audit_list") });
  const onSearch = useCallback(
    (change: AuditSearch) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true }),
    [navigate],
  );
  const onOperation = useCallback((operation: string | undefined) => onSearch({ operation, page: undefined }), [onSearch]);
  if (!may("audit_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={w.title} />
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="audit"
          label={w.title}
          query={audit}
          columns={COLUMNS}
          id={(line) => String(line.number)}
          search={search}
          sort="-number"
          onSearch={onSearch}
          filters={
            <ToolbarItem>
              <Typed label={w.operation} value={search.operation} onType={onOperation} />
            </ToolbarItem>
          }
          empty={<Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
    </>
  );
}
