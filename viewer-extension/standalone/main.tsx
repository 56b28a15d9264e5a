/**
 * The reading room: mounts the page.
 */
import { render } from 'preact';
import { App } from './app.tsx';
import { createServices } from './services.ts';

const root = document.getElementById('app');
if (!root) throw new Error('The page lacks its root element');
render(<App services={createServices()} />, root);
