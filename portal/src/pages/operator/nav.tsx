import type { NavItem } from '../../components/nav.tsx';

/** The pages about the whole installation. */
export const operatorNav: readonly NavItem[] = [];
