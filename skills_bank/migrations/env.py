"""Alembic's entry: runs the migrations on the connection that the journal hands over."""

from alembic import context

from skills_bank.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the journal has opened the one transaction in which everything happens
)
context.run_migrations()
