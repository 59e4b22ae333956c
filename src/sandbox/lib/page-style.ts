/** The looks of every page. */
import { css, type Html } from './html.ts'

/** One style sheet, light and dark, without external fonts or images. */
export const PAGE_STYLE: Html = css`
  :root {
    color-scheme: light dark;
    --ink: #16202c;
    --soft: #5d6b7a;
    --line: #e2e7ed;
    --card: #fff;
    --page: #f4f6f9;
    --accent: #0b6e6e;
    --good: #176f43;
    --good-bg: #e3f5ea;
    --bad: #a32020;
    --bad-bg: #fdeaea;
    --warn: #8a5a00;
    --warn-bg: #fff3d9;
    --tag: #edf1f5;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ink: #e6ebf1;
      --soft: #95a3b3;
      --line: #2a3441;
      --card: #18202a;
      --page: #10161d;
      --accent: #4cc3c3;
      --good: #7fd8a5;
      --good-bg: #15382a;
      --bad: #ff9d9d;
      --bad-bg: #432020;
      --warn: #f3c977;
      --warn-bg: #3d3117;
      --tag: #26303c;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0;
    background: var(--page);
    color: var(--ink);
    font:
      15px/1.5 system-ui,
      -apple-system,
      'Segoe UI',
      'DejaVu Sans',
      sans-serif;
    overflow-wrap: anywhere;
  }
  header,
  main {
    max-width: 1120px;
    margin: 0 auto;
    padding: 0 24px;
  }
  header {
    display: flex;
    justify-content: space-between;
    align-items: flex-end;
    gap: 16px;
    flex-wrap: wrap;
    padding-top: 32px;
    padding-bottom: 20px;
  }
  h1 {
    font-size: 28px;
    line-height: 1.2;
    margin: 2px 0 4px;
  }
  h2 {
    font-size: 17px;
    margin: 0 0 12px;
  }
  h3 {
    font-size: 13px;
    color: var(--soft);
    font-weight: 600;
    margin: 20px 0 8px;
  }
  p {
    margin: 0;
  }
  .eyebrow {
    color: var(--accent);
    font-weight: 600;
    font-size: 13px;
  }
  .sub,
  .quiet {
    color: var(--soft);
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .between {
    justify-content: space-between;
    align-items: baseline;
  }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 10px;
    padding: 20px 22px;
    margin-bottom: 16px;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
    gap: 16px;
    margin-bottom: 16px;
  }
  .figure {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 10px;
    padding: 14px 18px;
  }
  .figure b {
    display: block;
    font-size: 24px;
    line-height: 1.25;
    font-variant-numeric: tabular-nums;
  }
  .figure span {
    color: var(--soft);
    font-size: 13px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 14px;
  }
  th {
    text-align: left;
    color: var(--soft);
    font-weight: 600;
    font-size: 12.5px;
  }
  th,
  td {
    padding: 7px 10px 7px 0;
    border-bottom: 1px solid var(--line);
    vertical-align: baseline;
    white-space: nowrap;
  }
  tbody tr:last-child td {
    border-bottom: 0;
  }
  .number {
    text-align: right;
    font-variant-numeric: tabular-nums;
    padding-right: 18px;
  }
  .scroll {
    overflow-x: auto;
  }
  code {
    font:
      13px/1.4 ui-monospace,
      'SF Mono',
      'DejaVu Sans Mono',
      monospace;
  }
  .tag {
    display: inline-block;
    max-width: 100%;
    background: var(--tag);
    border-radius: 5px;
    padding: 0 7px;
    font-size: 12.5px;
  }
  .good {
    background: var(--good-bg);
    color: var(--good);
  }
  .bad {
    background: var(--bad-bg);
    color: var(--bad);
  }
  .warn {
    background: var(--warn-bg);
    color: var(--warn);
  }
  form {
    display: inline;
    margin: 0;
  }
  .presets {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  button,
  .button {
    font: inherit;
    font-size: 14px;
    color: inherit;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 7px;
    padding: 6px 12px;
    cursor: pointer;
    text-decoration: none;
    overflow-wrap: normal;
  }
  button:hover,
  .button:hover {
    border-color: var(--accent);
    color: var(--accent);
  }
  button:focus-visible,
  a:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .danger {
    color: var(--bad);
  }
  .danger:hover {
    border-color: var(--bad);
    color: var(--bad);
  }
  footer {
    color: var(--soft);
    font-size: 13px;
    padding: 8px 0 40px;
  }
  a {
    color: var(--accent);
  }
  .primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--card);
    font-weight: 600;
  }
  .primary:hover {
    color: var(--card);
    filter: brightness(1.08);
  }
  .alarm {
    border-left: 3px solid var(--bad);
  }
  input {
    font: inherit;
    font-size: 14px;
    color: var(--ink);
    background: var(--page);
    border: 1px solid var(--line);
    border-radius: 7px;
    padding: 7px 10px;
  }
  form.row {
    display: flex;
    margin-top: 8px;
  }
  form.row input:not([type='hidden']) {
    flex: 1 1 240px;
    min-width: 0;
  }
  .between {
    margin-bottom: 12px;
  }
  .between h2 {
    margin: 0;
  }
  .stack td {
    white-space: normal;
  }
  .acts {
    justify-content: flex-end;
  }
  @media (max-width: 720px) {
    .stack,
    .stack tbody,
    .stack tr,
    .stack td {
      display: block;
      text-align: left;
    }
    .stack thead {
      display: none;
    }
    .stack td {
      border: 0;
      padding: 2px 0;
    }
    .stack td:empty {
      display: none;
    }
    .stack tr {
      padding: 10px 0;
      border-bottom: 1px solid var(--line);
    }
    .stack tr:last-child {
      border: 0;
      padding-bottom: 0;
    }
    .acts {
      justify-content: flex-start;
    }
  }
`
