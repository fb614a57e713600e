import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secret-box.ts';

describe('the secret box', () => {
  const key = randomBytes(32);
  const box = createSecretBox(key);

  it('opens what it sealed, also empty and beyond ASCII', () => {
    for (const text of ['', 'whsec_abc', 'pässwörd 🔑']) expect(box.open(box.seal(text, 'ep_1'), 'ep_1')).toBe(text);
  });

  it('never seals the same text to the same bytes, and never shows it', () => {
    const first = box.seal('whsec_abc', 'ep_1');
    expect(Buffer.from(first).equals(Buffer.from(box.seal('whsec_abc', 'ep_1')))).toBe(false);
    expect(Buffer.from(first).includes('whsec_abc')).toBe(false);
  });

  it('refuses another row, changed bytes, cut bytes and another key', () => {
    const sealed = box.seal('whsec_abc', 'ep_1');
    expect(() => box.open(sealed, 'ep_2')).toThrow('belong to another row');
    const changed = Uint8Array.from(sealed);
    changed[changed.length - 1] = (changed[changed.length - 1] as number) ^ 1;
    expect(() => box.open(changed, 'ep_1')).toThrow('were changed');
    expect(() => box.open(sealed.subarray(0, 20), 'ep_1')).toThrow('cut short');
    const otherKey = Uint8Array.from(sealed);
    otherKey[0] = (otherKey[0] as number) ^ 1;
    expect(() => box.open(otherKey, 'ep_1')).toThrow('another key');
  });

  it('opens what a second key has sealed, and seals by its own', () => {
    const newKey = randomBytes(32);
    const both = createSecretBox(newKey, key);
    expect(both.open(box.seal('whsec_abc', 'ep_1'), 'ep_1')).toBe('whsec_abc');
    expect(() => both.open(box.seal('whsec_abc', 'ep_1'), 'ep_2')).toThrow('belong to another row');
    expect(createSecretBox(newKey).open(both.seal('whsec_def', 'ep_1'), 'ep_1')).toBe('whsec_def');
    const third = Uint8Array.from(box.seal('whsec_abc', 'ep_1'));
    const ids = [both.seal('', '')[0], third[0]];
    third[0] = Array.from({ length: 3 }, (_, n) => n).find((n) => !ids.includes(n)) as number;
    expect(() => both.open(third, 'ep_1')).toThrow('another key');
  });

  it('takes only keys of 32 bytes', () => {
    expect(() => createSecretBox(randomBytes(16))).toThrow('must be 32 bytes, not 16');
  });
});
