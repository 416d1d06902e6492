/** The kernel's surface: everything the host calls. */
export { formatNumber, formatInteger } from './number';
