import { Form } from "@patternfly/react-core";
import { useState } from "react";
import { client, got } from "../api/client";
import { Deed } from "../parts/Deed";
import { FormChoice } from "../parts/FormChoice";
import { useNow } from "../parts/now";
import { Pairs } from "../parts/Pairs";
import { words } from "../words/en";
import type { UnitDetail } from "./queries";
import { asked, concerned, HOURS, type Of } from "./variables";

const w = words.variables;
const HOUR_MS = 3_600_000;

/** Variables for instances of one item, until a time that one chooses. */
export function SetVariables({ unit, onClose }: { unit: UnitDetail; onClose: () => void }) {
  const now = useNow();
  const items = new Map(unit.instances.filter((one) => one.target_version !== null).map((one) => [one.item_id, one.codename]));
  const [of, setOf] = useState<Of>({ item: [...items.keys()][0] ?? "", subject: "", instance: "" });
  const [pairs, setPairs] = useState([{ name: "", value: "" }]);
  const [hours, setHours] = useState("1");
  const id = { path: { id: unit.id } };
  const body = () => asked(of, pairs, new Date(Date.now() + Number(hours) * HOUR_MS));
  const instances = concerned(unit.instances, of);
  const ready = asked(of, pairs, new Date(now)) !== undefined && instances.length > 0;
  return (
    <Deed
      title={w.set}
      action={w.set}
      disabled={!ready}
      will={
        <>
          <Form>
            <Whose unit={unit} items={items} of={of} onChange={setOf} />
            <Pairs pairs={pairs} w={w} onChange={setPairs} />
            <FormChoice
              id="variables-hours"
              label={w.lasts}
              value={hours}
              options={HOURS.map((each) => [String(each), w.spans[each]])}
              onChange={setHours}
            />
          </Form>
          <p className="aos-words">{w.setWill(instances.length, items.get(of.item) ?? "", unit.online_status === "Online")}</p>
          <p className="aos-quiet">{w.secret}</p>
        </>
      }
      run={() => got(client.POST("/api/v11/units/{id}/variables/", { params: id, body: body()! }))}
      touches={["units"]}
      onClose={onClose}
    />
  );
}

interface WhoseProps {
  unit: UnitDetail;
  items: ReadonlyMap<string, string>;
  of: Of;
  onChange: (of: Of) => void;
}

/** Which instances; what there is only one of is not asked for. */
function Whose({ unit, items, of, onChange }: WhoseProps) {
  const mine = concerned(unit.instances, { ...of, subject: "", instance: "" });
  const subjects = new Map(mine.map((one) => [one.subject_id, one.subject]));
  const numbers = [...new Set(concerned(unit.instances, { ...of, instance: "" }).map((one) => String(one.instance)))].sort();
  return (
    <>
      <FormChoice id="variables-item" label={w.item} value={of.item} options={[...items]} onChange={(item) => onChange({ item, subject: "", instance: "" })} />
      {subjects.size > 1 ? (
        <FormChoice
          id="variables-subject"
          label={w.subject}
          value={of.subject}
          options={[["", w.anySubject], ...subjects]}
          onChange={(subject) => onChange({ ...of, subject, instance: "" })}
        />
      ) : null}
      {numbers.length > 1 ? (
        <FormChoice
          id="variables-instance"
          label={w.instance}
          value={of.instance}
          options={[["", w.all], ...numbers.map((number) => [number, w.one(Number(number))] as const)]}
          onChange={(instance) => onChange({ ...of, instance })}
        />
      ) : null}
    </>
  );
}
