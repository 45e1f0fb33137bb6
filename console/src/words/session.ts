/** Coming in, and one's own account. */
export const session = {
  title: "Sign in to AosCloud",
  ended: "Your session has ended. Sign in again to go on where you were.",
  certificate: "Sign in with a certificate",
  certificateHow:
    "Your browser asks for the client certificate of your account. Import your PKCS#12 file into the browser first.",
  openid: (title: string) => `Sign in with ${title}`,
  choose: "Who do you want to be?",
  chooseOther: "Sign in another way",
  passkey: "Sign in with a passkey",
  passkeyNot: "Your device or browser did not give a passkey. Try again, or use another way.",
  passkeyTitle: "From the invitation",
  invited: "You are invited to AosCloud",
  invitedHow:
    "Make a passkey on this device: your fingerprint, face or PIN will sign you in from now on. The invitation works once.",
  invitedGo: "Make a passkey and sign in",
  invitedOther: "I have an account already",
  linkHow: "Somebody sent you a sign-in link? Open it in this browser: it works once.",
  linkFailed: "This link signs nobody in any more",
  linkFailedCure: "It works once and for a short time. Ask for another, or sign in below.",
  linkWorking: "Signing you in",
};
