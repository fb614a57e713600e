import type { KnownBlock } from '@slack/types';
import type { SlackBlock } from '../../domain/destinations/slack/render.ts';

/** For the compiler alone: every block that is rendered is one of those that Slack's own types know. */
export type RenderedBlocks = Satisfies<SlackBlock, KnownBlock>;

type Satisfies<Rendered extends Known, Known> = Rendered;
