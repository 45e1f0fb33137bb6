import { Modal, ModalBody, TextInput } from "@patternfly/react-core";
import { SearchIcon } from "@patternfly/react-icons";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useMay } from "../session/me";
import { words } from "../words/en";
import { ENTRIES } from "./nav";
import { foundQuery, pagesNamed, type Find } from "./finding";

const PAUSE_MS = 150;

/** Ctrl-K: type a part of a name, choose with the arrow keys, go with Enter. */
export function Palette({ onClose }: { onClose: () => void }) {
  const may = useMay();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(typed.trim()), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [typed]);
  const { data: things = [] } = useQuery(foundQuery(asked, may));
  const pages = pagesNamed(typed, ENTRIES.filter((entry) => entry.needs === null || may(entry.needs)));
  const finds: Find[] = [...pages, ...(typed.trim() ? things : [])];
  const chosen = Math.min(at, finds.length - 1);
  useEffect(() => {
    document.getElementById(`${list}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [list, chosen]);
  const go = (find: Find | undefined) => {
    if (!find) return;
    onClose();
    void navigate(find.link);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, finds.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else if (event.key === "Enter") go(finds[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal isOpen variant="small" position="top" onClose={onClose} aria-label={words.palette.title}>
      <ModalBody>
        <TextInput
          ref={input}
          value={typed}
          placeholder={words.palette.placeholder}
          aria-label={words.palette.placeholder}
          onChange={(_event, next) => {
            setTyped(next);
            setAt(0);
          }}
          type="search"
          customIcon={<SearchIcon />}
          onKeyDown={onKey}
          role="combobox"
          aria-expanded
          aria-controls={list}
          aria-activedescendant={finds.length ? `${list}-${chosen}` : undefined}
        />
        <ul id={list} role="listbox" aria-label={words.palette.title} className="aos-finds">
          {finds.map((find, index) => (
            <li
              key={find.key}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === chosen}
              className="aos-find"
              onMouseEnter={() => setAt(index)}
              onClick={() => go(find)}
            >
              <span className="aos-words">{find.title}</span>
              <span className="aos-quiet">{words.palette.groups[find.group]}</span>
            </li>
          ))}
        </ul>
        <p className="aos-quiet aos-above" role="status">
          {finds.length ? words.palette.hint : words.palette.none}
        </p>
      </ModalBody>
    </Modal>
  );
}
