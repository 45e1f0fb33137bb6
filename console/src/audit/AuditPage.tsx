import { Button, Label, PageSection } from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { Said } from "../parts/Confirm";
import { DataTable, type Column } from "../parts/DataTable";
import { Moment } from "../parts/Moment";
import { PageHead } from "../parts/PageHead";
import { Empty, NotAllowed } from "../parts/states";
import { useListSearch } from "../parts/useListSearch";
import { useMay } from "../session/me";
import { didWords } from "../words/changes";
import { words } from "../words/en";
import { AuditFilters } from "./AuditFilters";
import { LineDialog } from "./Changes";
import { auditQuery, verifyTrail, type AuditLine, type Verdict as Found } from "./queries";
import type { AuditSearch } from "./search";
import { Verdict, Verify } from "./Verdict";

const route = getRouteApi("/audit");
const w = words.audit;

/** Everything that people changed, and what they were refused. */
export function AuditPage() {
  const [search, onSearch] = useListSearch(route.useSearch(), route.useNavigate());
  const may = useMay();
  const [line, setLine] = useState<AuditLine>();
  const [far, setFar] = useState<Found>();
  const verify = useMutation({ mutationFn: () => verifyTrail(setFar), onSettled: () => setFar(undefined) });
  const audit = useQuery({ ...auditQuery(search), enabled: may("audit_list") });
  const onFilter = useCallback((change: AuditSearch) => onSearch({ ...change, page: undefined }), [onSearch]);
  if (!may("audit_list")) return <NotAllowed />;
  return (
    <>
      <PageHead title={w.title} actions={may("audit_verify") ? <Verify working={verify.isPending} far={far} onGo={() => verify.mutate()} /> : null} />
      {verify.isIdle || verify.isPending ? null : (
        <PageSection hasBodyWrapper={false} className="aos-head">
          {verify.error ? <Said error={verify.error} /> : null}
          {verify.data ? <Verdict verdict={verify.data} /> : null}
        </PageSection>
      )}
      <PageSection hasBodyWrapper={false}>
        <DataTable
          name="audit"
          label={w.title}
          query={audit}
          columns={auditColumns(setLine)}
          id={(each) => String(each.number)}
          search={search}
          sort="-number"
          onSearch={onSearch}
          filters={<AuditFilters search={search} onFilter={onFilter} />}
          empty={<Empty title={w.none}>{w.noneHow}</Empty>}
        />
      </PageSection>
      {line ? <LineDialog line={line} onClose={() => setLine(undefined)} /> : null}
    </>
  );
}

function auditColumns(open: (line: AuditLine) => void): Column<AuditLine>[] {
  return [
    { key: "at", title: w.at, sort: "number", cell: (line) => <Moment at={line.at} /> },
    { key: "who", title: w.who, cell: (line) => <span className="aos-words">{line.who_name}</span> },
    {
      key: "what",
      title: w.what,
      cell: (line) => (
        <Button variant="link" isInline title={line.operation} onClick={() => open(line)}>
          {didWords(line.operation)}
        </Button>
      ),
    },
    {
      key: "outcome",
      title: w.outcome,
      cell: (line) => (
        <Label isCompact variant="outline" status={line.outcome === "done" ? "success" : "warning"}>
          {w.outcomes[line.outcome] ?? line.outcome}
        </Label>
      ),
    },
    { key: "target", title: w.target, cell: (line) => <span className="aos-clamp aos-id">{line.target}</span> },
    { key: "detail", title: w.detail, cell: (line) => (line.detail ? <span className="aos-clamp">{line.detail}</span> : null) },
    { key: "from", title: w.origin, optional: true, cell: (line) => <span className="aos-id">{line.origin}</span> },
    { key: "request", title: w.request, optional: true, cell: (line) => <span className="aos-id">{line.request_id}</span> },
  ];
}
