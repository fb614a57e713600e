import { textsIn } from './slack-limits.ts';
import type { VendorThing } from './vendor-fake.ts';

type Json = Record<string, unknown>;

export interface SlackChannel {
  id: string;
  name: string;
  is_private: boolean;
  is_member: boolean;
  is_archived: boolean;
}

/** A message as it stands in the channel. */
export interface SlackPost {
  ts: string;
  channel: string;
  text: string;
  blocks: unknown[];
  metadata: unknown;
  /** Of a reply: the message it replies to. */
  threadTs: string | null;
  broadcast: boolean;
  deleted: boolean;
  /** Too old to be changed. */
  closed: boolean;
  byBot: boolean;
  updates: number;
}

/** What messages there are, and how they are listed. */
export class SlackWorkspace {
  readonly posts: SlackPost[] = [];
  #lastMicros = 0;

  post(channel: string, body: Json, byBot: boolean): SlackPost {
    const post: SlackPost = {
      ts: this.#nextTs(),
      channel,
      text: String(body.text ?? ''),
      blocks: (body.blocks ?? []) as unknown[],
      metadata: body.metadata,
      threadTs: typeof body.thread_ts === 'string' ? body.thread_ts : null,
      broadcast: body.reply_broadcast === true,
      deleted: false,
      closed: false,
      byBot,
      updates: 0,
    };
    this.posts.push(post);
    return post;
  }

  /** Metadata that is not given stays. Nothing is edited by writing what stands there already. */
  update(post: SlackPost, body: Json): void {
    const { text = post.text, blocks = post.blocks, metadata = post.metadata } = body;
    const shown = JSON.stringify([post.text, post.blocks]);
    Object.assign(post, { text, blocks, metadata });
    if (JSON.stringify([text, blocks]) !== shown) post.updates++;
  }

  find(channel: string, ts: unknown): SlackPost | undefined {
    return this.posts.find((post) => post.channel === channel && post.ts === ts && !post.deleted);
  }

  repliesTo(root: Pick<SlackPost, 'ts'>): SlackPost[] {
    return this.posts.filter(({ threadTs, deleted }) => threadTs === root.ts && !deleted);
  }

  /** What a channel shows, newest first: no replies but those broadcast. */
  history(channel: string): SlackPost[] {
    const shown = this.posts.filter((post) => post.channel === channel && (post.threadTs === null || post.broadcast));
    return shown.filter(({ deleted }) => !deleted).reverse();
  }

  /** A root and its replies, oldest first; undefined where there is none. A deleted root stands as long as it has replies. */
  thread(channel: string, ts: unknown): SlackPost[] | undefined {
    const root = this.posts.find((post) => post.channel === channel && post.ts === ts && post.threadTs === null);
    if (!root) return undefined;
    const replies = this.repliesTo(root);
    return root.deleted && replies.length === 0 ? undefined : [root, ...replies];
  }

  things(): VendorThing[] {
    const roots = this.posts.filter(({ threadTs, deleted }) => threadTs === null && !deleted);
    return roots.map((root) => {
      const replies = this.repliesTo(root);
      return {
        id: root.ts,
        title: textsIn(root.blocks)[0] ?? root.text,
        notes: replies.map(({ text }) => text),
        updates: root.updates,
        resolved: replies.reduce(
          stateAfter,
          textsIn(root.blocks).some((text) => text === 'OK' || text === 'Resolved'),
        ),
      };
    });
  }

  /** Seconds and microseconds, always later than the one before. */
  #nextTs(): string {
    this.#lastMicros = Math.max(this.#lastMicros + 100, Date.now() * 1_000);
    return `${Math.floor(this.#lastMicros / 1e6)}.${String(this.#lastMicros % 1e6).padStart(6, '0')}`;
  }
}

/** What a reader takes from a reply. */
function stateAfter(resolved: boolean, { blocks }: SlackPost): boolean {
  const said = textsIn(blocks).map((text) => /^(?:\S+ )?(Resolved|Open again)(?::|$)/.exec(text)?.[1]);
  if (said.includes('Resolved')) return true;
  return said.includes('Open again') ? false : resolved;
}
