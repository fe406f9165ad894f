import { InputError } from '../model/errors.ts';

const FORM =
  /^(?<type>ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) (?<blob>[A-Za-z0-9+/]{60,3000}={0,2})(?: [^\r\n]*)?$/;

/**
 * `type blob` of a public key as ssh-keygen writes it. Anything else would be a
 * line of our own making in somebody's authorized_keys.
 */
export function parsePublicKey(input: string, text: string): string {
  const { type = '', blob = '' } = FORM.exec(text.trim())?.groups ?? {};
  const bytes = Buffer.from(blob, 'base64');
  // The first field of the blob says the type once more.
  const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  if (type === '' || bytes.toString('latin1', 4, 4 + length) !== type) {
    throw new InputError(
      input,
      text.trim().split('\n')[0]?.slice(0, 40) ?? '',
      'the one line of a public key, such as ssh-keygen -y -f <private key> prints',
    );
  }
  return `${type} ${blob}`;
}
