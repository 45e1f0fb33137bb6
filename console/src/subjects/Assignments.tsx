import { Button, Label } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { Panel } from "../parts/Panel";
import { SmallTable } from "../parts/SmallTable";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { AssignDialog } from "./AssignDialog";
import { assignmentsQuery, makeAssignment, type Assignment, type Subject } from "./queries";

const w = words.subjects;

type Open = { kind: "assign" } | { kind: "back" | "newer"; one: Assignment };

/** What is assigned to a subject, and whether there is something newer. */
export function Assignments({ subject, units }: { subject: Subject; units: number }) {
  const may = useMay();
  const assignments = useQuery(assignmentsQuery(subject.id));
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const assign = may("assignments_create");
  const back = may("assignments_delete");
  const path = { id: subject.id };
  return (
    <Panel
      title={w.assignments}
      beside={
        assign ? (
          <Button variant="secondary" onClick={() => setOpen({ kind: "assign" })}>{w.assign}</Button>
        ) : null
      }
    >
      <Shown query={assignments} lines={3}>
        {({ items }) => (
          <SmallTable
            label={w.assignments}
            rows={items}
            id={(one) => one.id}
            none={w.noAssignments}
            columns={[
              { title: w.assigned, cell: (one) => <What one={one} /> },
              { title: w.version, cell: (one) => one.version ?? <span className="aos-quiet">{one.bundle_id ? w.asBundle : w.newest}</span> },
              { title: w.instances, cell: (one) => one.num_instances ?? <Own /> },
              { title: w.priority, cell: (one) => one.priority ?? <Own /> },
              { title: w.labels, cell: (one) => <span className="aos-words">{one.labels?.join(", ") ?? <Own />}</span> },
              {
                title: words.units.actions,
                cell: (one) => (
                  <span className="aos-row">
                    {one.newer_bundle ? (
                      <>
                        <Label isCompact color="blue" textMaxWidth="16rem">{w.newer(one.newer_bundle.name)}</Label>
                        {assign ? (
                          <Button variant="link" isInline onClick={() => setOpen({ kind: "newer", one })}>{w.takeNewer}</Button>
                        ) : null}
                      </>
                    ) : null}
                    {back ? (
                      <Button variant="link" isInline isDanger onClick={() => setOpen({ kind: "back", one })}>{w.takeBack}</Button>
                    ) : null}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Shown>
      {open?.kind === "assign" ? <AssignDialog subject={subject} units={units} onClose={close} /> : null}
      {open?.kind === "back" ? (
        <Deed
          title={w.takeBack}
          danger
          will={w.takeBackWill(open.one.title, units)}
          run={() =>
            got(
              client.DELETE("/api/v11/subjects/{id}/assignments/{assignment_id}/", {
                params: { path: { ...path, assignment_id: open.one.id } },
              }),
            )
          }
          touches={["subjects", "units"]}
          onClose={close}
        />
      ) : null}
      {open?.kind === "newer" && open.one.newer_bundle ? (
        <Deed
          title={w.takeNewer}
          will={w.takeNewerWill(open.one.title, open.one.newer_bundle.name, units)}
          run={(once) => makeAssignment(once, subject.id, renewed(open.one))}
          touches={["subjects", "units"]}
          onClose={close}
        />
      ) : null}
    </Panel>
  );
}

/** The newer bundle on the same terms. */
function renewed(one: Assignment) {
  const { num_instances, priority, labels } = one;
  return { bundle_id: one.newer_bundle?.id ?? null, num_instances, priority, labels };
}

function What({ one }: { one: Assignment }) {
  const may = useMay();
  if (one.item_id) return <Link to="/items/$id" params={{ id: one.item_id }} className="aos-name aos-short">{one.title}</Link>;
  if (one.bundle_id && may("deployment_bundles_read")) {
    return <Link to="/bundles/$id" params={{ id: one.bundle_id }} className="aos-name aos-short">{one.title}</Link>;
  }
  return <span className="aos-name aos-short">{one.title}</span>;
}

function Own() {
  return <span className="aos-quiet">{w.own}</span>;
}
