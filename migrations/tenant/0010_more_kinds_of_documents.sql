-- Reason: Office files, tables and saved mails are read too, and `media` says which kind a document is.

alter table {schema}.document drop constraint document_media_check;
alter table {schema}.document add constraint document_media_check
  check (media in ('pdf', 'docx', 'pptx', 'xlsx', 'csv', 'html', 'md', 'txt', 'eml'));
