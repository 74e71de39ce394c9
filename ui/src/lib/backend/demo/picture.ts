/** Pictures of pages for the playing core: a drawn sheet, so that the screens have something to show. */
import type { Content } from '../types';

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** A page as a picture that needs no server. */
export function pagePicture(content: Content, number: string, page: number): string {
  const lines = [
    ['bold', `${content.kind.replace('_', ' ')}  ${number}`],
    ['', content.customer.name],
    ['', `${content.customer.street}, ${content.customer.zip} ${content.customer.city}`],
    ...Object.values(content.fields).map((text) => ['', text]),
    ...content.lines.map((line) => ['', `${line.description}   ${line.quantity} ${line.unit}`]),
    ...(content.remark ? [['bold', content.remark]] : []),
  ] as [string, string][];
  const rows = lines
    .slice((page - 1) * 28, page * 28)
    .map(
      ([weight, text], index) =>
        `<text x="60" y="${120 + index * 24}" font-size="14" ${weight === 'bold' ? 'font-weight="700"' : ''}>${escape(text.slice(0, 70))}</text>`,
    );
  const boxes =
    page === 2
      ? '<rect x="60" y="640" width="213" height="79" fill="none" stroke="#75827d"/><rect x="322" y="640" width="213" height="79" fill="none" stroke="#75827d"/>'
      : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 595 842" font-family="sans-serif"><rect width="595" height="842" fill="#fff"/><rect x="60" y="60" width="475" height="6" fill="#0b5f63"/>${rows.join('')}${boxes}<text x="60" y="800" font-size="10" fill="#4d5a56">${page}/2</text></svg>`;
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}
