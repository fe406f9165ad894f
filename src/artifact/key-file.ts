/** Names under which keys and credentials are kept, lower case. */
const KEY_NAMES = [
  // Keys, by their suffix and by the names that ssh gives them.
  /\.(?:pem|key|p8|p12|pfx|jks|keystore|kdbx?|ppk|age|asc|gpg|pgp)$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?(?!\.pub$)/,
  /^(?:ssh_host_.*_key|identity|master\.key|secring\..*)$/,
  // Files of programs that hold passwords or tokens.
  /^\.env(?:\..*)?$|\.env$/,
  /^[._](?:netrc|pgpass|my\.cnf|htpasswd|npmrc|pypirc|yarnrc\.yml|dockercfg|git-credentials|vault-token|s3cfg|boto)$/,
  /^(?:htpasswd|shadow|gshadow|kubeconfig|credentials|\.?credentials\.(?:json|toml|ya?ml|ini|xml)|auth\.json|secrets?\.(?:json|toml|ya?ml|ini|env))$/,
  /\.tfstate(?:\..*)?$|\.tfvars(?:\.json)?$/,
];

const KEY_FOLDERS = new Set([
  '.git',
  '.ssh',
  '.gnupg',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.password-store',
]);

const KEY_TEXTS = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/,
  /PuTTY-User-Key-File-/,
  /AGE-SECRET-KEY-1/,
  // What every private key of OpenSSH begins with, in base64.
  /b3BlbnNzaC1rZXktdjE/,
];

/**
 * True for a path whose name says that it holds keys or credentials. What it
 * holds may have a form that redaction does not know.
 */
export function isKeyPath(path: string): boolean {
  const folders = path.toLowerCase().split('/');
  const name = folders.pop() ?? '';
  return (
    KEY_NAMES.some((pattern) => pattern.test(name)) ||
    folders.some((folder) => KEY_FOLDERS.has(folder))
  );
}

/** True for a text with a private key in it. */
export function holdsPrivateKey(text: string): boolean {
  return KEY_TEXTS.some((pattern) => pattern.test(text));
}
