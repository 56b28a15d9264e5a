/**
 * Texts inside HTML and XML that we write ourselves.
 */

/** The text with every sign that could begin or end markup as a character reference; good in elements and in attributes. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
