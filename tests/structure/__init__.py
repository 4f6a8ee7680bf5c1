"""What the product keeps to as a whole: layers, tables, migrations, texts, settings."""
