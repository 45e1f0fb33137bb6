/** Words about Units that look like two devices. */
export const clones = {
  title: "Two devices may have this Unit's identity",
  seen: (times: number, older: string, newer: string) =>
    `Connections took each other's place ${times === 1 ? "once" : `${times} times`}, the last time ${older} and ${newer}.`,
  since: "Suspected since",
  what: "Look where both addresses are. If the identity was copied, renew its certificates at the device that you trust, or revoke them. If it is one device, clear the warning.",
  clear: "Clear the warning",
  clearWill: (name: string) => `${name} counts as one device again. Should two connect with its identity, it is suspected again.`,
  many: (number: number) => (number === 1 ? "1 Unit looks like two devices" : `${number} Units look like two devices`),
};
