"""Papers and files that leave the console: PDF, XLSX, JSON; each download is audited."""
