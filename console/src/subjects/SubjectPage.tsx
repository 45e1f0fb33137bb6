import { Button, PageSection } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { PageHead } from "../parts/PageHead";
import { Panel } from "../parts/Panel";
import { Shown } from "../parts/states";
import { WayBack } from "../parts/WayBack";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { Assignments } from "./Assignments";
import { States } from "./States";
import { subjectQuery, subjectUnitsQuery } from "./queries";
import { RenameSubject } from "./SubjectDialogs";
import { SubjectType } from "./SubjectsPage";
import { SubjectUnits } from "./SubjectUnits";

const route = getRouteApi("/subjects/$id");
const w = words.subjects;

/** One subject: what is assigned to it, on which Units it is, and the state that follows it. */
export function SubjectPage() {
  const { id } = route.useParams();
  const may = useMay();
  const navigate = useNavigate();
  const subject = useQuery({ ...subjectQuery(id), enabled: may("subjects_read") });
  const count = useQuery({ ...subjectUnitsQuery(id, {}), enabled: may("subject_units_list") }).data?.total ?? 0;
  const [open, setOpen] = useState<"rename" | "remove">();
  const title = subject.data?.thing.title ?? id;
  return (
    <>
      <PageHead
        title={title}
        above={<WayBack to="/subjects" list={w.title} here={title} />}
        beside={subject.data ? <SubjectType type={subject.data.thing.type} /> : null}
        actions={
          subject.data ? (
            <span className="aos-row">
              {may("subjects_update") ? (
                <Button variant="secondary" onClick={() => setOpen("rename")}>{w.rename}</Button>
              ) : null}
              {may("subjects_delete") ? (
                <Button variant="secondary" isDanger onClick={() => setOpen("remove")}>{w.remove}</Button>
              ) : null}
            </span>
          ) : null
        }
      />
      <PageSection hasBodyWrapper={false}>
        <Shown query={subject} lines={8}>
          {({ thing }) => (
            <div className="aos-stack">
              <p className="aos-quiet">{w.typesHow[thing.type]}</p>
              {may("assignments_list") ? <Assignments subject={thing} units={count} /> : null}
              {may("subject_units_list") ? (
                <Panel title={w.units}>
                  <SubjectUnits subject={thing} />
                </Panel>
              ) : null}
              {thing.type === "user" && may("subject_states_list") ? <States subject={thing} /> : null}
            </div>
          )}
        </Shown>
      </PageSection>
      {subject.data && open === "rename" ? <RenameSubject before={subject.data} onClose={() => setOpen(undefined)} /> : null}
      {subject.data && open === "remove" ? (
        <Deed
          title={w.remove}
          danger
          will={w.removeWill(title, count)}
          run={() => got(client.DELETE("/api/v11/subjects/{id}/", { params: { path: { id } } }))}
          touches={["subjects", "units"]}
          onDone={() => void navigate({ to: "/subjects" })}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </>
  );
}
