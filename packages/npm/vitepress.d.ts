import type { UserConfig } from 'vitepress';

/** The configuration of a site with figures. `docs` is the folder with sinet.lock.json; the current one by default. */
export default function sinet(config?: UserConfig, options?: { docs?: string }): UserConfig;
