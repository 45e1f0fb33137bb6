import { Button, Divider, Dropdown, DropdownGroup, DropdownItem, DropdownList, MenuToggle, Modal, ModalBody, ModalFooter, ModalHeader, TextInput, ToolbarItem } from "@patternfly/react-core";
import { useState, type FormEvent } from "react";
import { keep, kept } from "../parts/kept";
import { views as w } from "../words/views";
import { unitsSearch, type UnitsSearch } from "./search";
import { without, withView, type View } from "./views";

const PLACE = "views.units";

interface Props {
  search: UnitsSearch;
  onView: (search: UnitsSearch) => void;
}

/** Filters and order under a name, in this browser. To share a view, share its address. */
export function SavedViews({ search, onView }: Props) {
  const [open, setOpen] = useState(false);
  const [naming, setNaming] = useState(false);
  const [views, setViews] = useState<View[]>(() => kept<View[]>(PLACE) ?? []);
  const put = (next: View[]) => {
    setViews(next);
    keep(PLACE, next);
  };
  return (
    <ToolbarItem>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        isScrollable
        toggle={(ref) => (
          <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>
            {w.title}
          </MenuToggle>
        )}
      >
        {views.length ? (
          <DropdownGroup label={w.saved}>
            <DropdownList>
              {views.map((view) => (
                <DropdownItem
                  key={view.name}
                  onClick={() => {
                    setOpen(false);
                    onView(unitsSearch({ ...view.search }));
                  }}
                >
                  <span className="aos-name">{view.name}</span>
                </DropdownItem>
              ))}
            </DropdownList>
            <Divider />
            <DropdownList>
              {views.map((view) => (
                <DropdownItem key={view.name} isDanger onClick={() => put(without(views, view.name))}>
                  <span className="aos-name">{w.forget(view.name)}</span>
                </DropdownItem>
              ))}
            </DropdownList>
            <Divider />
          </DropdownGroup>
        ) : null}
        <DropdownList>
          <DropdownItem
            onClick={() => {
              setOpen(false);
              setNaming(true);
            }}
          >
            {w.save}
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {naming ? (
        <Naming
          onName={(name) => {
            put(withView(views, { name, search }));
            setNaming(false);
          }}
          onClose={() => setNaming(false)}
        />
      ) : null}
    </ToolbarItem>
  );
}

function Naming({ onName, onClose }: { onName: (name: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onName(name.trim());
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="view-title" aria-describedby="view-body">
      <ModalHeader title={w.save} labelId="view-title" />
      <ModalBody id="view-body">
        <form id="view-form" onSubmit={submit} className="aos-stack">
          <p>{w.how}</p>
          <label htmlFor="view-name">{w.name}</label>
          <TextInput id="view-name" value={name} maxLength={80} onChange={(_event, next) => setName(next)} />
        </form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="view-form" isDisabled={!name.trim()}>
          {w.keep}
        </Button>
        <Button variant="link" onClick={onClose}>
          {w.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
