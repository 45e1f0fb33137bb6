import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { bodyOf, type Draft } from "./draft";
import { policyOf } from "./policyDraft";
import { planKey, type Plan } from "./queries";

interface Drawn {
  id: string;
  plan: Plan;
}

/** The draft in the cloud that the wizard's plan is of: made at the first look, changed at the next. */
export function useDrawing() {
  const cache = useQueryClient();
  const once = useOnce();
  const made = useRef<{ id: string; bundle: string }>(undefined);
  const discard = async () => {
    const old = made.current;
    made.current = undefined;
    if (old) await once((header) => client.DELETE("/api/v11/campaigns/{id}/", { params: { path: { id: old.id }, header } }));
  };
  const draw = useMutation({
    mutationFn: async (draft: Draft): Promise<Drawn> => {
      const body = bodyOf(draft);
      if (made.current && made.current.bundle !== draft.bundle) await discard();
      if (made.current) {
        const path = { id: made.current.id };
        const { title, purpose, selection } = body;
        const change = { ...policyOf(draft), title, purpose, selection };
        await once((header) => client.PUT("/api/v11/campaigns/{id}/", { params: { path, header }, body: change }));
      } else {
        const { id } = await once((header) => client.POST("/api/v11/campaigns/", { params: { header }, body }));
        made.current = { id, bundle: draft.bundle };
      }
      const { id } = made.current;
      const plan = await once((header) => client.POST("/api/v11/campaigns/{id}/plan/", { params: { path: { id }, header } }));
      cache.setQueryData(planKey(id), plan);
      return { id, plan };
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["campaigns"] }),
  });
  const start = useMutation({
    mutationFn: ({ id, at }: { id: string; at: string | undefined }) =>
      once((header) => client.POST("/api/v11/campaigns/{id}/start/", { params: { path: { id }, header }, body: { at: at ?? null } })),
    onSettled: () => cache.invalidateQueries({ queryKey: ["campaigns"] }),
  });
  return { draw, start, discard };
}
