import { client, got, type Schemas } from "../api/client";

export type SignedIn = Schemas["SignedInView"];

type Json = Record<string, unknown>;

/** Whether this browser can do it at all. */
export function passkeysHere(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Sign in with whichever passkey the person chooses; it says whose it is. */
export async function signInWithPasskey(): Promise<SignedIn> {
  const options = await got(client.POST("/api/v11/sign-in/passkey/options/"));
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON);
  const credential = await navigator.credentials.get({ publicKey });
  return got(client.POST("/api/v11/sign-in/passkey/", { body: { credential: jsonOf(credential) } }));
}

/** Take up an invitation with a new passkey, and be signed in. */
export async function joinWithPasskey(invitation: string, title: string): Promise<SignedIn> {
  const headers = { authorization: `Token ${invitation}` };
  const options = await got(client.POST("/api/v11/invitations/passkey/options/", { headers }));
  const credential = await made(options);
  return got(client.POST("/api/v11/invitations/passkey/", { headers, body: { title, credential } }));
}

/** One more passkey for whoever is signed in. */
export async function addPasskey(title: string): Promise<Schemas["PasskeyView"]> {
  const options = await got(client.POST("/api/v11/users/me/passkeys/options/"));
  const credential = await made(options);
  return got(client.POST("/api/v11/users/me/passkeys/", { body: { title, credential } }));
}

async function made(options: unknown): Promise<Json> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return jsonOf(await navigator.credentials.create({ publicKey }));
}

function jsonOf(credential: Credential | null): Json {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("the browser gave no passkey");
  return credential.toJSON() as Json;
}
