import { CheckCircleIcon, ExclamationCircleIcon, InProgressIcon } from "@patternfly/react-icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas } from "../api/client";
import { Choice } from "../parts/Choice";
import { Moment } from "../parts/Moment";
import { Panel } from "../parts/Panel";
import { Shown } from "../parts/states";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { explanationQuery, type UnitDetail } from "./queries";
import "./chain.css";

type Step = Schemas["StepView"];

const w = words.chain;
const ICONS = { done: CheckCircleIcon, waiting: InProgressIcon, stopped: ExclamationCircleIcon };

/** Why the Unit, or one item on it, is what it is: each step with its time, and what would change it. */
export function Chain({ unit }: { unit: UnitDetail }) {
  const [item, setItem] = useState<string>();
  const query = useQuery(explanationQuery(unit.id, item));
  const items = unit.items.map((each) => ({ value: each.item_id, title: each.codename }));
  const options = [...new Map(items.map((each) => [each.value, each])).values()];
  return (
    <Panel
      title={w.title}
      beside={
        options.length > 1 ? <Choice label={w.about} any={w.whole} value={item} options={options} onChoose={setItem} /> : undefined
      }
    >
      <Shown query={query} lines={5}>
        {(found) => (
          <ol className="aos-chain">
            {found.steps.map((step, place) => (
              <Reason key={`${step.code} ${step.id} ${place}`} step={step} />
            ))}
          </ol>
        )}
      </Shown>
    </Panel>
  );
}

function Reason({ step }: { step: Step }) {
  const Icon = ICONS[step.outcome];
  return (
    <li className={`aos-link aos-link-${step.outcome}`}>
      <Icon role="img" aria-label={w.outcomes[step.outcome]} aria-hidden={false} />
      <div className="aos-stack-tight">
        <span className="aos-words">
          {step.reason}
          {step.until ? (
            <>
              {`, ${w.until} `}
              <Moment at={step.until} />
            </>
          ) : null}
        </span>
        {step.outcome === "done" || !step.next ? null : (
          <span className="aos-row">
            <strong>{w.next}</strong>
            <span className="aos-words">{step.next}</span>
            {step.command ? <code className="aos-id">{step.command}</code> : null}
            <About step={step} />
          </span>
        )}
        <span className="aos-quiet aos-link-rule">{`${w.rule} ${step.rule}`}</span>
      </div>
      <span className="aos-when aos-quiet">{step.at ? <Moment at={step.at} /> : null}</span>
    </li>
  );
}

/** The way to what a step is about, where there is a page of it that one may see. */
function About({ step }: { step: Step }) {
  const may = useMay();
  const { id, kind } = step;
  if (!id) return null;
  if (kind === "campaign" && may("campaigns_read")) {
    return <Link to="/campaigns/$id" params={{ id }}>{w.open.campaign}</Link>;
  }
  if ((kind === "item" || kind === "instance") && may("items_read")) {
    return <Link to="/items/$id" params={{ id }}>{w.open[kind]}</Link>;
  }
  if (kind === "subject" && may("subjects_read")) {
    return <Link to="/subjects/$id" params={{ id }}>{w.open.subject}</Link>;
  }
  return null;
}
