/**
 * The administration: mounts the page.
 */
import { render } from 'preact';
import { AdminClient } from './admin-client.ts';
import { AdminPage } from './admin-page.tsx';

const root = document.getElementById('app');
if (!root) throw new Error('The page lacks its root element');
render(<AdminPage client={new AdminClient('/api')} />, root);
