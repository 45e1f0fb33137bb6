import { Label, Modal, ModalBody, ModalHeader } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { Facts } from "../parts/Facts";
import { operationWords } from "../parts/format";
import { Moment } from "../parts/Moment";
import { didWords } from "../words/changes";
import { words } from "../words/en";
import { differences, keyWords, type Change } from "./changes";
import type { AuditLine } from "./queries";

const w = words.audit;

/** One line of the trail whole: what was done, and each row before and after. */
export function LineDialog({ line, onClose }: { line: AuditLine; onClose: () => void }) {
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="line-title" aria-describedby="line-body">
      <ModalHeader title={`${line.who_name} ${didWords(line.operation)}`} labelId="line-title" />
      <ModalBody id="line-body" tabIndex={0}>
        <div className="aos-stack">
          <Facts
            facts={[
              [w.at, <Moment key="at" at={line.at} />],
              [w.outcome, w.outcomes[line.outcome] ?? line.outcome],
              [w.detail, line.detail],
              [w.target, line.target],
              [w.origin, line.origin],
              [w.request, <span key="request" className="aos-id">{line.request_id}</span>],
              [w.line, line.number.toLocaleString("en")],
              [w.hash, <span key="hash" className="aos-id">{line.hash}</span>],
            ]}
          />
          {line.changes.length ? null : <p className="aos-quiet">{w.nothing}</p>}
          {line.changes.map((change) => (
            <OneChange key={`${change.of} ${keyWords(change.key)}`} change={change} />
          ))}
          {line.changes_left_out ? <p className="aos-quiet">{w.leftOut(line.changes_left_out)}</p> : null}
        </div>
      </ModalBody>
    </Modal>
  );
}

function OneChange({ change }: { change: Change }) {
  const kind = change.before === null ? "made" : change.after === null ? "removed" : "changed";
  const colour = { made: "green", removed: "red", changed: "blue" } as const;
  return (
    <section aria-label={`${operationWords(change.of)} ${w[kind]}`}>
      <p className="aos-row">
        <strong>{operationWords(change.of)}</strong>
        <Label isCompact color={colour[kind]}>
          {w[kind]}
        </Label>
        <span className="aos-quiet aos-id">{keyWords(change.key)}</span>
      </p>
      <Table variant="compact" borders aria-label={`${operationWords(change.of)} ${w[kind]}`}>
        <Thead>
          <Tr>
            <Th width={25}>{w.field}</Th>
            {kind === "made" ? null : <Th>{w.before}</Th>}
            {kind === "removed" ? null : <Th>{w.after}</Th>}
          </Tr>
        </Thead>
        <Tbody>
          {differences(change).map((one) => (
            <Tr key={one.field}>
              <Td dataLabel={w.field}>{operationWords(one.field)}</Td>
              {kind === "made" ? null : <Value label={w.before} value={one.before} />}
              {kind === "removed" ? null : <Value label={w.after} value={one.after} />}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </section>
  );
}

function Value({ label, value }: { label: string; value: string | undefined }) {
  return (
    <Td dataLabel={label}>
      {value === undefined ? <span className="aos-quiet">–</span> : <span className="aos-id aos-words">{value}</span>}
    </Td>
  );
}
